import * as v from 'valibot';
import { actionContract } from '../../functions/dialects/action/documentation.ts';
import { contentContract } from '../../functions/dialects/content/documentation.ts';
import type { View } from '../../functions/dialects/dialect.ts';
import type {
  Contract,
  ExampleIn,
  ExampleOut,
  FrameIn,
  FrameOut,
} from '../../functions/dialects/documentation.ts';
import { operationContract } from '../../functions/dialects/operation/documentation.ts';
import { typeContract } from '../../functions/dialects/type/documentation.ts';
import type { DialectName } from '../../functions/domain/connection.ts';

/** The documentation of each dialect. */
export const contracts: Readonly<Record<DialectName, Contract>> = {
  action: actionContract,
  content: contentContract,
  type: typeContract,
  operation: operationContract,
};

/**
 * User 1 is the author in most examples, so the documentation shows the fields that only authors receive. It shows all
 * kinds of changes.
 */
const view: View = { viewer: '1', elsewhere: false, changes: 'all' };

const isObject = (frame: unknown): frame is object => typeof frame === 'object' && frame !== null;

/** Returns the complete frame of an example, of which the contract may show only some fields. */
export const encoded = ({ dialect }: Contract, { event }: ExampleOut): unknown =>
  JSON.parse(dialect.encode(event, view) ?? 'null');

/** Whether an example shows a frame that clients send. */
export function isIn(documented: FrameIn, { command, frame }: ExampleIn): boolean {
  const { tag, schema } = documented;
  if (documented.command !== command.kind || !isObject(frame) || !v.is(schema, frame)) return false;
  if (!tag) return true;
  const value: unknown = Reflect.get(frame, tag.field);
  return value === tag.value || (value === undefined && tag.optional === true);
}

/** Whether an example shows a frame that the server sends. */
export const isOut = (contract: Contract, { event, schema }: FrameOut, example: ExampleOut): boolean =>
  event === example.event.kind && v.is(schema, encoded(contract, example));

/** Returns the names of a frame's fields at any depth. */
function shapeOf(frame: unknown): string {
  if (Array.isArray(frame)) return `[${shapeOf(frame[0])}]`;
  if (!isObject(frame)) return '';
  return `{${Object.entries(frame).map(([name, value]) => `${name}:${shapeOf(value)}`)}}`;
}

function oneOfEachShape(frames: readonly unknown[]): readonly unknown[] {
  const nonEmpty = frames.filter((frame) => !Array.isArray(frame) || frame.length > 0);
  return [...new Map(nonEmpty.toReversed().map((frame) => [shapeOf(frame), frame])).values()].toReversed();
}

/** Returns the examples to show for a frame that clients send: one for each set of fields. */
export const shownIn = ({ examples }: Contract, frame: FrameIn): readonly unknown[] =>
  oneOfEachShape(examples.in.filter((example) => isIn(frame, example)).map((example) => example.frame));

/** Returns the examples to show for a frame that the server sends: one for each set of fields. */
export const shownOut = (contract: Contract, frame: FrameOut): readonly unknown[] =>
  oneOfEachShape(
    contract.examples.out
      .filter((example) => isOut(contract, frame, example))
      .map((example) => encoded(contract, example)),
  );
