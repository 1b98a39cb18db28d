/** What a new form begins as: one question, in both languages. */

export function formTemplate(title: string): string {
  const document = {
    schema: {
      type: 'object',
      title,
      properties: { comment: { type: 'string', title: 'Comment', minLength: 3 } },
      required: ['comment'],
    },
    ui: { comment: { 'ui:widget': 'textarea' } },
    i18n: { 'zh-CN': { schema: { properties: { comment: { title: '备注' } } } } },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
