/** Baton's mark: one hand's path ends, the other's begins, and the baton is between them. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b5f5b" />
      <g fill="none" strokeLinecap="round">
        <path d="M4.5 24.5c3.6 0 5.7-1.2 7.6-3.3" stroke="#bfe3df" strokeWidth="3" />
        <path d="M27.5 7.5c-3.6 0-5.7 1.2-7.6 3.3" stroke="#bfe3df" strokeWidth="3" />
        <path d="M10.6 21.4 21.4 10.6" stroke="#f2b544" strokeWidth="5.4" />
        <path d="m14.3 15.1 2.6 2.6" stroke="#0b5f5b" strokeWidth="1.6" />
      </g>
    </svg>
  );
}
