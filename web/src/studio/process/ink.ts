/** The colours a diagram is drawn in: those of the page, light or dark. */
export const INK = {
  defaultFillColor: 'var(--diagram-fill)',
  defaultStrokeColor: 'var(--diagram-stroke)',
  defaultLabelColor: 'var(--diagram-label)',
};
