// A plugin of TypeDoc.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Converter, ReflectionKind, RendererEvent } from 'typedoc';

const root = join(import.meta.dirname, '..');

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const document of project.getReflectionsByKind(ReflectionKind.Document)) useHeading(document);
  });
  ignoreRepeatedComments(app.logger);
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    // The pages that llms.txt lists are plain Markdown.
    for (const path of ['llms.txt', 'docs', 'examples']) {
      cpSync(join(root, path), join(outputDirectory, path), { recursive: true });
    }
  });
}

/**
 * Names a document by its first heading, because our documents have no front matter.
 * @param {import('typedoc').DocumentReflection} document
 */
function useHeading(document) {
  const [, title] = /^# (.+)/.exec(document.content[0]?.text ?? '') ?? [];
  if (title !== undefined) document.name = title.replaceAll('`', '');
}

/**
 * Drops TypeDoc's warning that a property has several comments. A mapped type such as valibot's repeats each property
 * with the same comment.
 * @param {import('typedoc').Logger} logger
 */
function ignoreRepeatedComments(logger) {
  const warn = logger.warn.bind(logger);
  const info = logger.info.bind(logger);
  logger.warn = (text, ...place) => {
    if (!text.includes('has multiple declarations with a comment')) warn(text, ...place);
  };
  logger.info = (text, ...place) => {
    if (!text.startsWith('The comments for ')) info(text, ...place);
  };
}
