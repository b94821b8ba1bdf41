import { describe, expect, test } from 'vitest';
import { filePath } from '../../../functions/dialects/frame.ts';
import {
  checkContentType,
  cleanFileName,
  decodeInline,
  detectContentType,
  isShownInline,
  MAX_INLINE_BYTES,
  parseFileInput,
} from '../../../functions/domain/file.ts';
import { contentDisposition } from '../../../functions/rooms/files.ts';

const ID = '3f1c2b9e-0d4a-4c5b-8e6f-7a8b9c0d1e2f';
const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64');

describe('cleanFileName', () => {
  test.each([
    ['photo.png', 'photo.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\report.pdf', 'report.pdf'],
    ['..', 'file'],
    ['.htaccess', 'htaccess'],
    ['a\0b.txt', 'ab.txt'],
    ['line\r\nbreak.txt', 'linebreak.txt'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['zero\u200Bwidth\uFEFF.txt', 'zerowidth.txt'],
    ['\ud800broken.txt', '\ufffdbroken.txt'],
    ['  spaced . ', 'spaced'],
    ['"quoted"; filename=evil.txt', '"quoted"; filename=evil.txt'],
    ['Ünïcode 文件 👍.png', 'Ünïcode 文件 👍.png'],
    ['u\u0308.txt', 'ü.txt'],
    ['', 'file'],
    ['///', 'file'],
  ])('turns %j into %j', (name, expected) => {
    expect(cleanFileName(name, 'file')).toBe(expected);
  });

  test('shortens a long name and keeps its extension', () => {
    const kept = cleanFileName(`${'ä'.repeat(300)}.docx`, 'file');
    expect([...kept]).toHaveLength(120);
    expect(kept).toMatch(/^ä+\.docx$/);
    expect([...cleanFileName('👍'.repeat(300), 'file')]).toHaveLength(120);
    expect([...cleanFileName(`a.${'b'.repeat(300)}`, 'file')]).toHaveLength(120);
  });
});

describe('an inline file', () => {
  test('is decoded from base64 and from a data URL', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect([...decodeInline(base64(bytes)).bytes]).toEqual([...bytes]);
    const { bytes: same, contentType } = decodeInline(`data:image/PNG;base64,${base64(bytes)}`);
    expect([...same]).toEqual([...bytes]);
    expect(contentType).toBe('image/png');
  });

  test('has the content type of its data URL, without parameters', () => {
    const typeIn = (head: string) => decodeInline(`data:${head};base64,aGk=`).contentType;
    expect(typeIn('text/plain;charset=utf-8')).toBe('text/plain');
    expect(typeIn('')).toBeUndefined();
  });

  test.each([
    ['empty', ''],
    ['not base64', 'hello world'],
    ['of a wrong length', 'aGk'],
    ['base64url', '_-8='],
    ['base64 with a line break', 'aGVs\nbG8='],
    ['base64 with stray bits', 'aGl='],
    ['padded in the middle', 'aG==aGk='],
    ['an empty data URL', 'data:text/plain;base64,'],
    ['a data URL without base64', 'data:text/plain,hi'],
    ['a data URL with a fragment', 'data:text/plain;base64,aGk=#x'],
    ['another URL', 'https://example.com/a.png'],
  ])('is refused when it is %s', (_, data) => {
    expect(() => decodeInline(data)).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  });

  test('may have at most 64 KB after decoding', () => {
    expect(decodeInline(base64(new Uint8Array(MAX_INLINE_BYTES))).bytes).toHaveLength(65_536);
    for (const size of [MAX_INLINE_BYTES + 1, MAX_INLINE_BYTES + 2, 100_000]) {
      const data = base64(new Uint8Array(size));
      expect(() => decodeInline(data)).toThrow(expect.objectContaining({ code: 'FILE_TOO_LARGE' }));
    }
  });

  test('differs from the id of an uploaded file', () => {
    expect(parseFileInput(ID)).toEqual({ kind: 'uploaded', id: ID });
    expect(parseFileInput('aGk=', 'a.txt')).toEqual({ kind: 'inline', data: 'aGk=', name: 'a.txt' });
    expect(parseFileInput(`../${ID}`).kind).toBe('inline');
  });
});

describe('a content type', () => {
  const starts: [string, string | Uint8Array][] = [
    ['image/png', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['image/jpeg', Buffer.from('ffd8ffe000104a464946', 'hex')],
    ['image/gif', 'GIF89a…'],
    ['image/webp', 'RIFF\x10\0\0\0WEBPVP8 '],
    ['application/pdf', '%PDF-1.7'],
    ['application/zip', 'PK\x03\x04…'],
    ['video/mp4', '\0\0\0\x20ftypisom'],
    ['audio/mpeg', 'ID3\x04'],
    ['audio/wav', 'RIFF\x10\0\0\0WAVEfmt '],
    ['text/plain', 'Grüße,\r\n\tBob'],
    ['text/plain', '<script>alert(1)</script>'],
    ['application/octet-stream', Buffer.from('00010203', 'hex')],
    ['application/octet-stream', Buffer.from('fffe410042', 'hex')],
  ];

  test.each(starts)('is detected as %s from the magic bytes', (type, bytes) => {
    expect(detectContentType(Buffer.from(bytes), undefined)).toBe(type);
  });

  test('is the claimed one unless the magic bytes contradict it', () => {
    expect(detectContentType(Buffer.from('\0\0\0\x20ftypM4A '), 'audio/mp4')).toBe('audio/mp4');
    expect(detectContentType(Buffer.from('<svg/>'), 'image/svg+xml')).toBe('image/svg+xml');
    const mismatch = () => detectContentType(Buffer.from('<html>'), 'image/png');
    expect(mismatch).toThrow(expect.objectContaining({ code: 'FILE_TYPE_NOT_ALLOWED' }));
  });

  test.each(['application/x-msdownload', 'constructor', '__proto__', '', 'image/png\r\nX: y'])(
    'is refused if it is not accepted: %j',
    (type) => {
      expect(() => checkContentType(type)).toThrow(
        expect.objectContaining({ code: 'FILE_TYPE_NOT_ALLOWED' }),
      );
    },
  );

  test('is accepted with parameters and in upper case', () => {
    expect(checkContentType(' Text/Plain; charset=UTF-8')).toBe('text/plain');
  });

  test.each(['text/html', 'image/svg+xml', 'application/zip', 'application/octet-stream', 'nonsense'])(
    'is download only if it can contain scripts or browsers cannot display it: %s',
    (type) => {
      expect(isShownInline(type)).toBe(false);
    },
  );
});

describe('contentDisposition', () => {
  test.each([
    ['a.txt', `attachment; filename="a.txt"; filename*=UTF-8''a.txt`],
    [
      '"; filename=evil.exe',
      `attachment; filename="__ filename_evil.exe"; filename*=UTF-8''%22%3B%20filename%3Devil.exe`,
    ],
    ["ä'(*).png", `attachment; filename="_____.png"; filename*=UTF-8''%C3%A4%27%28%2A%29.png`],
    ['👍', `attachment; filename="_"; filename*=UTF-8''%F0%9F%91%8D`],
    [
      'a\r\nSet-Cookie: x',
      `attachment; filename="a__Set-Cookie_ x"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x`,
    ],
  ])('escapes the name %j', (name, header) => {
    expect(contentDisposition('attachment', name)).toBe(header);
  });
});

test('filePath encodes the room id', () => {
  expect(filePath('direct:1:2', { id: ID })).toBe(`/api/chats/direct%3A1%3A2/files/${ID}/`);
  expect(filePath('a/../b#?', { id: ID })).toBe(`/api/chats/a%2F..%2Fb%23%3F/files/${ID}/`);
});
