import { describe, expect, test } from 'vitest';
import { RoomCopy } from '../../torture/copy.ts';
import type { Frame, WireMessage } from '../../torture/frames.ts';
import { Resume } from '../../torture/resume.ts';

const message = (id: number, text: string, more: Partial<WireMessage> = {}): WireMessage => ({
  ...{ message_id: id, text, sender_id: 1, status: 'send' },
  ...more,
});
const said = (seq: number, text: string): Frame => ({
  type: 'chat_message',
  message_id: seq,
  message: message(seq, text),
  seq,
});
const edited = (seq: number, id: number, text: string): Frame => ({
  type: 'message_edited',
  message_id: id,
  text,
  seq,
});
const textOf = (copy: RoomCopy, id: number) => copy.messages.get(id)?.text;

describe('a copy of a room', () => {
  test('applies swapped frames in the order of their numbers', () => {
    const copy = new RoomCopy();
    for (const frame of [edited(3, 1, 'three'), edited(2, 1, 'two'), said(1, 'one')]) copy.take(frame);
    expect([copy.mark, textOf(copy, 1), copy.hasGap]).toEqual([3, 'three', false]);
  });

  test('holds back what follows a gap until a sync fills it', () => {
    const copy = new RoomCopy();
    copy.take(said(1, 'one'));
    copy.take(said(4, 'four'));
    expect([copy.mark, copy.hasGap, textOf(copy, 4)]).toEqual([1, true, undefined]);
    copy.takeSync({ since: 1, seq: 3, events: [{ type: 'message_edited', message: message(1, 'new') }] });
    expect([copy.mark, textOf(copy, 1), textOf(copy, 4)]).toEqual([4, 'new', 'four']);
  });

  test('leaves an answer that newer frames have overtaken', () => {
    const copy = new RoomCopy();
    copy.take(said(1, 'one'));
    copy.take(edited(2, 1, 'two'));
    copy.takeSync({ since: 0, seq: 1, events: [{ type: 'chat_message', message: message(1, 'one') }] });
    expect(textOf(copy, 1)).toBe('two');
  });
});

test('who missed too much loads every page of the history', () => {
  const asked: Frame[] = [];
  const resume = new Resume((frame) => asked.push(frame));
  resume.take({ type: 'pong', seq: 9 }, 0);
  resume.tick(1_000);
  resume.take({ type: 'sync', since: 0, seq: 9, events: [], complete: false }, 1_000);
  resume.take({ type: 'history', messages: [message(8, 'eight')], has_more: true }, 1_000);
  resume.take({ type: 'history', messages: [message(2, 'two')], has_more: false }, 1_000);
  expect(asked).toEqual([
    { action: 'sync', since: 0 },
    { action: 'history' },
    { action: 'history', before: 8 },
  ]);
  expect([resume.isWhole, resume.copy.mark, [...resume.copy.messages.keys()]]).toEqual([true, 9, [8, 2]]);
});
