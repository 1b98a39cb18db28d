/**
 * The nonce of this page, which lets libraries add the styles they compute (CSP: style-src 'nonce-...').
 * Empty while developing, where no policy is sent.
 */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

declare global {
  // What libraries built for webpack read.
  var __webpack_nonce__: string | undefined;
}
globalThis.__webpack_nonce__ = nonce;
