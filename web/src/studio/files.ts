/** Files from and to this computer. */

/** Hand a text to the browser as a file. */
export function download(path: string, content: string): void {
  const name = path.split('/').at(-1) ?? path;
  const type = name.endsWith('.json') ? 'application/json' : 'application/xml';
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  // The browser needs the address until it has begun to read.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function readFile(file: File): Promise<string> {
  return file.text();
}
