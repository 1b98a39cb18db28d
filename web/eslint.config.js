// What tsc does not see: rules of React, promises nobody waits for, and what would shut people out.
import js from '@eslint/js';
import a11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import { globalIgnores } from 'eslint/config';
import typescript from 'typescript-eslint';

export default typescript.config(globalIgnores(['dist', 'src/api/schema.d.ts']), js.configs.recommended, {
  files: ['**/*.{ts,tsx}'],
  extends: [
    typescript.configs.strictTypeChecked,
    typescript.configs.stylisticTypeChecked,
    hooks.configs.flat.recommended,
    a11y.flatConfigs.strict,
  ],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    '@typescript-eslint/no-empty-function': 'off',
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  },
});
