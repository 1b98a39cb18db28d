/** The roles that may hold, repair and end a case. */
export const OPERATORS = ['service-manager', 'process-owner'] as const;
