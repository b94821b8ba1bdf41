/**
 * A backtracking matcher that counts its steps, to measure how the work of a pattern grows with its input. It covers
 * the syntax that the repository uses: classes, groups, alternatives, quantifiers, anchors and lookaheads.
 */

/** Matches at a position, and calls `next` with each position where the match may end, until it returns true. */
type Matcher = (at: number, next: (at: number) => boolean) => boolean;

interface Run {
  readonly text: string;
  steps: number;
}

const character = /^(?:\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u.{4}|\\x..|\\.|.)/su;

/** With the flag `v`, a class may contain other classes. */
const nestedCharacter = new RegExp(
  character.source.replace('[^\\]\\\\])*', '\\[[^\\]]*\\]|[^\\]\\\\])*'),
  'su',
);

class Parser {
  readonly #source: string;
  readonly #flags: string;
  readonly #run: Run;
  #at = 0;

  constructor({ source, flags }: RegExp, run: Run) {
    this.#source = source;
    this.#flags = flags.replace(/[gy]/g, '');
    this.#run = run;
  }

  alternatives(): Matcher {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return (at, next) => options.some((option) => option(at, next));
  }

  #take(token: string): boolean {
    const found = this.#source.startsWith(token, this.#at);
    if (found) this.#at += token.length;
    return found;
  }

  #sequence(): Matcher {
    const parts: Matcher[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source.charAt(this.#at))) {
      parts.push(this.#quantified());
    }
    return (start, next) => {
      const from = (index: number, at: number): boolean => {
        const part = parts[index];
        return part ? part(at, (end) => from(index + 1, end)) : next(at);
      };
      return from(0, start);
    };
  }

  #quantified(): Matcher {
    const atom = this.#atom();
    const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(this.#source.slice(this.#at));
    if (!found) return atom;
    this.#at += found[0].length;
    const lazy = this.#take('?');
    const [sign, low = '0', comma, high] = found;
    const least = sign === '+' ? 1 : Number(low);
    const most = sign === '?' ? 1 : sign.startsWith('{') && !comma ? least : Number(high || 'Infinity');
    const repeat = (count: number, at: number, next: (at: number) => boolean): boolean => {
      const more = () =>
        count < most && atom(at, (end) => (end > at || count < least) && repeat(count + 1, end, next));
      const stop = () => count >= least && next(at);
      return lazy ? stop() || more() : more() || stop();
    };
    return (at, next) => repeat(0, at, next);
  }

  #atom(): Matcher {
    if (this.#take('^')) return (at, next) => this.#step() && at === 0 && next(at);
    if (this.#take('$')) return (at, next) => this.#step() && at === this.#run.text.length && next(at);
    if (this.#take('(?=')) return this.#lookahead(true);
    if (this.#take('(?!')) return this.#lookahead(false);
    if (this.#take('(?:') || this.#take('(')) {
      const inner = this.alternatives();
      this.#take(')');
      return inner;
    }
    return this.#character();
  }

  #lookahead(wanted: boolean): Matcher {
    const inner = this.alternatives();
    this.#take(')');
    return (at, next) => inner(at, () => true) === wanted && next(at);
  }

  /** A class, an escape or a literal: one character of the text. */
  #character(): Matcher {
    const rest = this.#source.slice(this.#at);
    const token = (this.#flags.includes('v') ? nestedCharacter : character).exec(rest)?.[0] ?? '';
    this.#at += token.length;
    const one = new RegExp(`^${token}$`, this.#flags.replace('m', ''));
    return (at, next) => {
      this.#step();
      return at < this.#run.text.length && one.test(this.#run.text.charAt(at)) && next(at + 1);
    };
  }

  #step(): true {
    this.#run.steps++;
    return true;
  }
}

/** Returns the number of steps of one search for a pattern in a text, without the optimizations of an engine. */
export function stepsOf(pattern: RegExp, text: string): number {
  const run: Run = { text, steps: 0 };
  const matches = new Parser(pattern, run).alternatives();
  for (let at = 0; at <= text.length; at++) {
    let end = at;
    if (
      matches(at, (found) => {
        end = found;
        return true;
      })
    ) {
      if (!pattern.global) break;
      if (end > at) at = end - 1;
    }
  }
  return run.steps;
}
