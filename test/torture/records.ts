import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { TestDatabase } from '../support/rooms.ts';

/** An item of the chat table as it stands there; read here without any of the code that wrote it. */
export type Item = Readonly<Record<string, unknown>> & { readonly room: string; readonly item: string };

/** An item of a room's log. */
export type Entry = Item & { readonly kind: string; readonly seq: number };

/** What the chat table says of one room. */
export interface Records {
  /** The last number that was given out. */
  readonly seq: number;
  /** Number → what stands under it, voids included. */
  readonly log: ReadonlyMap<number, Entry>;
  /** `<user> <client id>` → the number that it is tied to. */
  readonly claims: ReadonlyMap<string, number>;
  readonly items: readonly Item[];
}

async function scan({ client, chat }: TestDatabase): Promise<readonly Item[]> {
  const items: Item[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: chat.name,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    for (const item of page.Items ?? []) items.push(unmarshall(item) as Item);
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** Reads the whole chat table, room by room. */
export async function readRecords(
  db: TestDatabase,
  rooms: readonly string[],
): Promise<ReadonlyMap<string, Records>> {
  const items = await scan(db);
  return new Map(rooms.map((room) => [room, recordsOf(items.filter((item) => item.room === room))]));
}

function recordsOf(items: readonly Item[]): Records {
  const log = items.filter(({ item }) => item.startsWith('log#')) as Entry[];
  const sent = items.filter(({ item }) => item.startsWith('sent#'));
  return {
    seq: Number(items.find(({ item }) => item === 'room')?.['seq'] ?? 0),
    log: new Map(log.map((entry) => [Number(entry.item.slice('log#'.length)), entry])),
    claims: new Map(sent.map(({ item, seq }) => [item.split('#').slice(1).join(' '), Number(seq)])),
    items,
  };
}
