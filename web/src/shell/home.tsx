/** The front door: leads everybody to where her day begins. */
import { Navigate } from 'react-router';
import { usePerson } from '../api/session';
import { homeOf } from './navigation';

export function Home() {
  return <Navigate to={homeOf(usePerson())} replace />;
}
