/** Where the page begins. */
import '@mantine/core/styles/baseline.layer.css';
import '@mantine/core/styles/default-css-variables.layer.css';
import '@mantine/core/styles/global.layer.css';
import '@mantine/notifications/styles.layer.css';
import './global.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { sweepDrafts } from './drafts';
import { textsStarted } from './i18n';

// A new release was built since this page was loaded, and the old files are gone: load the page anew, once.
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem('baton.reloaded') === window.location.href) return;
  event.preventDefault();
  sessionStorage.setItem('baton.reloaded', window.location.href);
  window.location.reload();
});

// The build adds each component's styles to the component itself (vite.config.ts).
if (import.meta.env.DEV) await import('@mantine/core/styles.layer.css');

sweepDrafts();
await textsStarted;
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
