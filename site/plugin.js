// A plugin of TypeDoc.
import { Converter, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const document of project.getReflectionsByKind(ReflectionKind.Document)) useHeading(document);
  });
  ignoreRepeatedComments(app.logger);
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
