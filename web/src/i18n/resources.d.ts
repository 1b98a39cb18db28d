/** Which texts there are, so that a misspelt key does not compile. A line an area, here and below. */
import type cases from './en/cases.json';
import type catalogue from './en/catalogue.json';
import type common from './en/common.json';
import type forms from './en/forms.json';
import type signIn from './en/signIn.json';
import type studio from './en/studio.json';
import type serviceLevels from './en/serviceLevels.json';
import type work from './en/work.json';
import type problems from './zh-CN/problems.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: {
      cases: typeof cases;
      catalogue: typeof catalogue;
      common: typeof common;
      forms: typeof forms;
      problems: typeof problems;
      signIn: typeof signIn;
      studio: typeof studio;
      serviceLevels: typeof serviceLevels;
      work: typeof work;
    };
  }
}
