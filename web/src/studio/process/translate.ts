/** The diagram library's own words, in the language of the page. */
import chinese from 'bpmn-js-i18n/translations/zn';

/** What the library's Chinese lacks or says wrongly, and the words of our own entries. */
const OURS: Record<string, string> = {
  'Activate create/remove space tool': '增减空间工具',
  'Activate global connect tool': '连接工具',
  'Activate hand tool': '平移工具',
  'Activate lasso tool': '框选工具',
  'Add user task': '添加用户任务',
  'Add timer': '添加定时器',
  'Align elements': '对齐元素',
  'Align elements bottom': '底部对齐',
  'Align elements horizontal center': '水平居中',
  'Align elements left': '左对齐',
  'Align elements middle': '垂直居中',
  'Align elements right': '右对齐',
  'Align elements top': '顶部对齐',
  'Align elements vertical middle': '垂直居中',
  'Business rule task': '业务规则任务',
  'Call activity': '调用活动',
  'Change element': '更改元素',
  'Change type': '更改类型',
  'Create exclusive gateway': '创建排他网关',
  'Create expanded sub-process': '创建展开的子流程',
  'Create parallel gateway': '创建并行网关',
  'Create pool/participant': '创建泳池',
  'Create script task': '创建脚本任务',
  'Create timer': '创建定时器事件',
  'Create user task': '创建用户任务',
  'Data object reference': '数据对象引用',
  'Distribute elements horizontally': '水平均匀分布',
  'Distribute elements vertically': '垂直均匀分布',
  'End event': '结束事件',
  'Error end event': '错误结束事件',
  'Escalation end event': '升级结束事件',
  'Exclusive gateway': '排他网关',
  'Expanded pool/participant': '展开的泳池',
  'Empty pool/participant': '空泳池',
  'Empty pool/participant (removes content)': '空泳池（删除内容）',
  'Intermediate throw event': '中间事件',
  'No matching entries': '没有匹配的条目',
  'Receive task': '接收任务',
  'Search in diagram': '在图中搜索',
  'Sub-process (collapsed)': '子流程（折叠）',
  'Sub-process (expanded)': '子流程（展开）',
  'Terminate end event': '终止结束事件',
  'Toggle non-interrupting': '切换为不中断',
};

const CHINESE: Record<string, string> = { ...chinese, ...OURS };

type Replacements = Record<string, string | number> | undefined;

/**
 * A `translate` service for the libraries of bpmn.io. `language` is asked anew for every word, so the language
 * may change.
 */
export function translator(chinese: Record<string, string>, language: () => string) {
  return (template: string, replacements?: Replacements): string => {
    const text = language().startsWith('zh') ? (chinese[template] ?? template) : template;
    return text.replace(/{([^}]+)}/g, (whole, name: string) => String(replacements?.[name] ?? whole));
  };
}

export function translated(language: () => string) {
  return { translate: ['value', translator(CHINESE, language)] };
}
