// Writes web/emoji/data from Unicode's data. Run it after a new version of Unicode:
// npm install --no-save emojibase-data cldr-annotations-full cldr-annotations-derived-full && node bin/build-emoji.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { qualifiedEmoji } from '../functions/domain/emoji.ts';
import { withTone } from '../web/emoji/tones.ts';

const root = new URL('../', import.meta.url);
const readJson = (path: string) =>
  JSON.parse(readFileSync(new URL(`node_modules/${path}`, root), 'utf8')) as unknown;

/** An emoji in emojibase-data. */
interface Source {
  readonly emoji: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly order?: number;
  readonly group?: number;
  readonly version: number;
  readonly skins?: readonly { readonly emoji: string; readonly tone: number | readonly number[] }[];
}

/** The names and keywords of the Unicode Common Locale Data Repository, by emoji without variation selectors. */
type Annotations = Readonly<
  Record<string, { readonly default?: readonly string[]; readonly tts?: readonly string[] }>
>;

/** Emojibase's group of skin tones and hair styles, which only modify other emoji. */
const COMPONENTS = 2;
/** Emoji of this version and later are missing in some browsers. */
const NEW_SINCE = 13.1;

const hasSameTones = ({ emoji, skins = [] }: Source): boolean =>
  skins.length > 0 &&
  [1, 2, 3, 4, 5].every((tone) => {
    const skin = skins.find((each) => [each.tone].flat().every((part) => part === tone));
    return skin && qualifiedEmoji(skin.emoji) === withTone(qualifiedEmoji(emoji), tone);
  });

/** Returns the words of the keywords that are not in the name. */
function keywords(name: string, tags: readonly string[]): string {
  const known = new Set(name.toLowerCase().split(/\s+/));
  return [...new Set(tags.flatMap((tag) => tag.toLowerCase().split(/\s+/)))]
    .filter((word) => !known.has(word))
    .join(' ');
}

function write(file: string, name: string, comment: string, lines: readonly string[]): void {
  const text = lines.join('\n');
  if (/[`\\]|\$\{/.test(text)) throw new Error(`Could not write ${name}: a character needs an escape.`);
  const source = `// ${comment} Written by bin/build-emoji.ts.\nexport const ${name} = \`\n${text}\n\`;\n`;
  writeFileSync(new URL(`web/emoji/data/${file}.ts`, root), source);
}

const emoji = (readJson('emojibase-data/en/data.json') as readonly Source[])
  .filter(({ group, order }) => group !== undefined && group !== COMPONENTS && order !== undefined)
  .sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
const groups = [...new Set(emoji.map(({ group }) => group))];

write(
  'english-emoji',
  'englishEmoji',
  'Each line has an emoji, its name, keywords, and for some its version and `t` if it has skin tones. A blank line ends a group.',
  groups.map((group) =>
    emoji
      .filter((each) => each.group === group)
      .map((each) => {
        const { label, tags = [], version } = each;
        const parts = [qualifiedEmoji(each.emoji), label, keywords(label, tags)];
        const marks = [version >= NEW_SINCE ? String(version) : '', hasSameTones(each) ? 't' : ''];
        return [...parts, ...marks].join('|').replace(/\|+$/, '');
      })
      .concat('')
      .join('\n'),
  ),
);

const annotationsOf = (language: string): Annotations => {
  const read = (type: 'annotations' | 'annotationsDerived', name: string) => {
    const content = readJson(`${name}/${type}/${language}/annotations.json`);
    return (content as Record<string, { annotations: Annotations }>)[type]?.annotations;
  };
  return {
    ...read('annotationsDerived', 'cldr-annotations-derived-full'),
    ...read('annotations', 'cldr-annotations-full'),
  };
};

for (const [language, name] of [['ar', 'arabic']] as const) {
  const annotations = annotationsOf(language);
  const lines = emoji.flatMap((each) => {
    const qualified = qualifiedEmoji(each.emoji);
    const { tts: [label = ''] = [], default: tags = [] } =
      annotations[qualified.replaceAll('\uFE0F', '')] ?? {};
    return label ? [`${qualified}|${label}|${keywords(label, tags)}`] : [];
  });
  write(`${name}-emoji`, `${name}Emoji`, 'Each line has an emoji, its name and keywords.', lines);
}
