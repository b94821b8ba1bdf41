import * as v from 'valibot';
import { actionContract } from '../../functions/dialects/action/documentation.ts';
import { contentContract } from '../../functions/dialects/content/documentation.ts';
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

/** Every dialect, as its documents tell it. */
export const contracts: Readonly<Record<DialectName, Contract>> = {
  action: actionContract,
  content: contentContract,
  type: typeContract,
  operation: operationContract,
};

/** The author of most examples, so that what only an author is sent is shown. */
const view = { viewer: '1', elsewhere: false };

const isObject = (frame: unknown): frame is object => typeof frame === 'object' && frame !== null;

/** What is sent for an example, all of it: contracts print a part. */
export const encoded = ({ dialect }: Contract, { event }: ExampleOut): unknown =>
  JSON.parse(dialect.encode(event, view) ?? 'null');

/** Whether an example that clients send is one of this frame. */
export function isIn({ asks, tag, schema }: FrameIn, { command, frame }: ExampleIn): boolean {
  if (asks !== command.kind || !isObject(frame) || !v.is(schema, frame)) return false;
  if (!tag) return true;
  const value: unknown = Reflect.get(frame, tag.field);
  return value === tag.value || (value === undefined && tag.optional === true);
}

/** Whether an example that clients are sent is one of this frame. */
export const isOut = (contract: Contract, { tells, schema }: FrameOut, example: ExampleOut): boolean =>
  tells === example.event.kind && v.is(schema, encoded(contract, example));

/** Its fields' names, at any depth: frames with the same ones need not be shown twice. */
function shape(frame: unknown): string {
  if (Array.isArray(frame)) return `[${shape(frame[0])}]`;
  if (!isObject(frame)) return '';
  return `{${Object.entries(frame).map(([name, value]) => `${name}:${shape(value)}`)}}`;
}

function oneOfEachShape(frames: readonly unknown[]): readonly unknown[] {
  const telling = frames.filter((frame) => !Array.isArray(frame) || frame.length > 0);
  return [...new Map(telling.toReversed().map((frame) => [shape(frame), frame])).values()].toReversed();
}

/** What the documents show of a frame that clients send: one example for each set of fields. */
export const shownIn = ({ examples }: Contract, frame: FrameIn): readonly unknown[] =>
  oneOfEachShape(examples.in.filter((example) => isIn(frame, example)).map((example) => example.frame));

/** What the documents show of a frame that clients are sent. */
export const shownOut = (contract: Contract, frame: FrameOut): readonly unknown[] =>
  oneOfEachShape(
    contract.examples.out
      .filter((example) => isOut(contract, frame, example))
      .map((example) => encoded(contract, example)),
  );
