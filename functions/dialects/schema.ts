import * as v from 'valibot';

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const numeric = v.pipe(v.string(), v.regex(/^[1-9]\d{0,15}$/), v.transform(Number), v.safeInteger());

/** A message's id comes as a number or as a numeric string; both are the same message. */
export const messageId = v.union([number, numeric]);

/** A number of a room's log; 0 stands before the first. */
export const logNumber = v.union([v.literal(0), v.pipe(v.literal('0'), v.transform(Number)), messageId]);

/** Half a character would be stored as another one, and two ids would become the same. */
const wellFormed = v.check<string>((text) => text.isWellFormed());

const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(256), wellFormed);

/** The id of a room or of a user: strings inside, numbers are taken too. */
export const id = v.union([name, v.pipe(v.number(), v.safeInteger(), v.transform(String))]);

/** What a client calls a change of its own, so that a repeat is known. */
export const clientId = v.pipe(v.string(), v.nonEmpty(), v.maxLength(128), wellFormed);
