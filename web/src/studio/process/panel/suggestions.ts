/** What there is to choose from while a diagram is edited: groups, people, forms, decisions, processes. */
import { createContext, useContext } from 'react';

export interface Suggestion {
  value: string;
  label: string;
}

export interface Suggestions {
  groups: Suggestion[];
  people: Suggestion[];
  forms: Suggestion[];
  decisions: Suggestion[];
  processes: Suggestion[];
}

export const NONE: Suggestions = { groups: [], people: [], forms: [], decisions: [], processes: [] };

export const SuggestionsContext = createContext<Suggestions>(NONE);

export function useSuggestions(): Suggestions {
  return useContext(SuggestionsContext);
}
