import { afterEach, expect, test, vi } from 'vitest';
import { directionOf, isolate } from '../../web/texts/intl.ts';
import { language, matchLanguage, setLanguage } from '../../web/texts/language.ts';
import { laterTexts } from '../../web/texts/later-texts.ts';
import { errorText, pageError, texts } from '../../web/texts/texts.ts';
import { duration, fileSize, joinNames } from '../../web/ui/format.ts';

afterEach(() => setLanguage('en'));

const codePoints = (text: string) => text.replaceAll('\u2068', '<').replaceAll('\u2069', '>');

test('chooses the first language that the browser prefers and the page has', () => {
  expect(matchLanguage(['de-DE', 'ar-EG', 'en-US'])).toBe('ar');
  expect(matchLanguage(['de-DE', 'EN-gb', 'ar'])).toBe('en');
  expect(matchLanguage(['de-DE'])).toBe('en');
  expect(matchLanguage(['constructor', ''])).toBe('en');
});

test('Arabic texts use the plural form of their count', async () => {
  await setLanguage('ar');
  expect([1, 2, 3, 11, 100].map(texts().rooms.unread)).toEqual([
    'رسالة واحدة غير مقروءة',
    'رسالتان غير مقروءتين',
    '3 رسائل غير مقروءة',
    '11 رسالة غير مقروءة',
    '100 رسالة غير مقروءة',
  ]);
  expect([duration(1), duration(2), duration(5)]).toEqual(['ثانية', 'ثانيتان', '5 ثوان']);
  expect(fileSize(5_240_000)).toMatch(/^5\.2 م/);
});

test('names are isolated where their direction may differ from that of the text', async () => {
  expect(isolate('Bob')).toBe('Bob');
  expect(codePoints(laterTexts().writing.replyingTo('ليلى'))).toBe('Replying to <ليلى>');
  expect(codePoints(joinNames(['Bob', 'ليلى']))).toBe('Bob and <ليلى>');
  await setLanguage('ar');
  expect(codePoints(laterTexts().writing.replyingTo('Bob'))).toBe('الرد على <Bob>');
  expect(codePoints(joinNames(['Bob', 'Carol', 'Dave', 'Eve']))).toBe('<Bob> و<Carol> وشخصان آخران');
});

test('formats follow the country that the browser prefers for the language', async () => {
  vi.stubGlobal('navigator', { languages: ['ar-EG', 'en-GB'] });
  await setLanguage('ar');
  vi.unstubAllGlobals();
  expect(language()).toMatchObject({ code: 'ar', locale: 'ar-EG', direction: 'rtl' });
  expect(texts().rooms.unread(12)).toBe('١٢ رسالة غير مقروءة');
});

test('shows the text of an error’s code, and otherwise the error’s own message', async () => {
  const refused = Object.assign(new Error('No links, please.'), { code: 'MESSAGE_REFUSED' });
  const own = pageError('UNREACHABLE', 'A text of the page');
  const archived = Object.assign(new Error('This room is archived.'), { code: 'ROOM_ARCHIVED' });
  expect([refused, own].map(errorText)).toEqual(['No links, please.', 'A text of the page']);
  await setLanguage('ar');
  expect([refused, own].map(errorText)).toEqual(['No links, please.', 'A text of the page']);
  expect(errorText(archived)).toBe('هذه الغرفة مؤرشفة. لا يمكن لأحد إرسال الرسائل هنا.');
});

test('a text of a user has the direction of its first letter', () => {
  const directions = ['c with a very long name.txt', '**42** مرحبا bob', '«Hello» مرحبا', '👍 1', ''].map(
    directionOf,
  );
  expect(directions).toEqual(['ltr', 'rtl', 'ltr', undefined, undefined]);
});
