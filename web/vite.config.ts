import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const TEXT = /\.(js|css|svg|json)$/;

/** Lay a `.br` and a `.gz` beside every text asset: the server compresses nothing itself. */
function precompressed(): Plugin {
  return {
    name: 'baton-precompressed',
    apply: 'build',
    writeBundle({ dir }) {
      const folder = join(dir ?? 'dist', 'assets');
      for (const name of readdirSync(folder).filter((found) => TEXT.test(found))) {
        const path = join(folder, name);
        const content = readFileSync(path);
        // Quality 10 of 11 takes a third of the time for 1 % more bytes.
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 10,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

const EVERYDAY =
  /node_modules\/(@mantine|@tanstack|@floating-ui)|web\/src\/(api|cases|catalogue|i18n|requests|shell|ui|user-tasks|[\w-]+\.)/;
const MANTINE_COMPONENT = /@mantine\/core\/esm\/(?:components|utils)\/.*\/(\w+)\.module\.mjs$/;

/**
 * Load a Mantine component's style sheet with the component: all of them at once weigh 38 kB with the first page.
 * A component imports what it is made of first, so the sheets come in the order they need.
 */
function mantineStyles(): Plugin {
  return {
    name: 'baton-mantine-styles',
    apply: 'build',
    transform(code, id) {
      const component = MANTINE_COMPONENT.exec(id)?.[1];
      return component && `import '@mantine/core/styles/${component}.layer.css';\n${code}`;
    },
  };
}

/** Let the server tell whoever is signed in what the pages of every day share, while the first file still runs. */
function everydayAhead(): Plugin {
  return {
    name: 'baton-everyday-ahead',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const chunk = Object.values(bundle).find(({ fileName }) => /everyday-[\w-]+\.js$/.test(fileName));
        if (chunk?.type !== 'chunk') throw new Error('There is no chunk "everyday" any more.');
        const sheets = [...(chunk.viteMetadata?.importedCss ?? [])];
        const links = [
          `<link rel="modulepreload" crossorigin href="/${chunk.fileName}">`,
          ...sheets.map((sheet) => `<link rel="preload" as="style" crossorigin href="/${sheet}">`),
        ];
        return html.replace('</head>', `  <!-- signed in: ${links.join('')} -->\n  </head>`);
      },
    },
  };
}

/** Give the studio's editors our `min-dom` in place of the real one, which only ours gets. */
function withoutStyleAttributes(): Plugin {
  const ours = join(import.meta.dirname, 'src/studio/min-dom.ts');
  return {
    name: 'baton-without-style-attributes',
    enforce: 'pre',
    resolveId: (source, importer) => (source === 'min-dom' && importer !== ours ? ours : null),
  };
}

export default defineConfig({
  plugins: [react(), mantineStyles(), everydayAhead(), precompressed(), withoutStyleAttributes()],
  resolve: {
    alias: { '@rjsf/validator-ajv8': join(import.meta.dirname, 'src/forms/no-eval-validator.ts') },
  },
  build: {
    manifest: true,
    target: 'es2023',
    // Else `light-dark()` is rewritten into something that does not see the theme's choice.
    cssTarget: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // A `data:` font or script would need a hole in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Left alone, the build makes a file of every small component, and a hundred requests take longer than
          // what they bring: one file for the first page, one for what the pages of every day share.
          groups: [
            { name: 'first', tags: ['$initial'] },
            { name: 'everyday', test: EVERYDAY, minShareCount: 3 },
            { name: 'studio-frame', test: /src\/studio\//, minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
});
