declare module 'bpmn-js-i18n/translations/zn' {
  /** The library's English words, and what they are in Chinese. */
  const words: Record<string, string>;
  export default words;
}
