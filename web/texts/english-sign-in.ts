import { formatNumber, isolate, joinList, plural } from './intl.ts';

/** The English texts of the sign-in page. */
export const englishSignIn = {
  again: 'Sign in again',
  unsentKept: "Your unsent messages are saved. They'll be sent after you sign in.",
  signOutTitle: 'Sign out?',
  unsentLost: (count: number) =>
    plural(count, {
      one: '# unsent change will be lost if you sign out.',
      other: '# unsent changes will be lost if you sign out.',
    }),
  lead: 'Sign in to start chatting.',
  signIn: 'Sign in',
  userName: 'User name',
  password: 'Password',
  forgotten: 'Forgot your password?',
  continueAs: (name: string) => `Continue as ${isolate(name)}`,
  continueWithLast: 'Continue with your last account',
  token: 'Token',
  useToken: 'Use a token instead',
  usePassword: 'Use a password instead',
  cookieHint: "You don't need a token if you're signed in on the site that this chat belongs to.",
  useCookie: "I'm signed in there",
  issuer: (host: string) => `You'll sign in at ${isolate(host)}.`,
  opening: 'Opening…',
  back: 'Back to sign in',
  forgottenLead: "Enter your user name. We'll email you a code to choose a new password.",
  sendCode: 'Send a code',
  sending: 'Sending…',
  codeSent: (name: string) =>
    `If ${isolate(name)} has a verified email address, a code is on its way. It's valid for an hour.`,
  code: 'Code',
  anotherCode: 'Send another code',
  resetByAdmin: 'An administrator has reset your password. Enter the code we emailed you.',
  temporary: 'Your password is temporary. Choose a new one to sign in.',
  changed: 'Your password has changed. Sign in with the new one.',
  saveAndSignIn: 'Save and sign in',
  saving: 'Saving…',
  newPassword: 'New password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  policy: {
    rule: (length: number, kinds: readonly string[]) =>
      kinds.length > 0
        ? `Use at least ${formatNumber(length)} characters, with ${joinList(kinds)}.`
        : `Use at least ${formatNumber(length)} characters.`,
    kinds: {
      lowercase: 'a lowercase letter',
      uppercase: 'an uppercase letter',
      digit: 'a digit',
      symbol: 'a symbol such as ! or -',
    },
  },
  attributes: {
    email: 'Email address',
    name: 'Name',
    given_name: 'First name',
    family_name: 'Last name',
    phone_number: 'Phone number',
  },
  /** By the error's code. */
  errors: {
    INVALID_TOKEN: "Couldn't sign in: the token is invalid or expired. Get a new one.",
    NO_COOKIE: "You're not signed in. Sign in on the site that this chat belongs to.",
    STORAGE_BLOCKED: "Couldn't sign in: your browser blocks storage. Allow it for this page and try again.",
    NOT_STARTED: "Couldn't sign in: the sign-in didn't start in this tab. Sign in again.",
    SIGN_IN_CANCELLED: 'The sign-in was cancelled or not allowed. Try again.',
    WRONG_PASSWORD: 'The user name or the password is wrong. Try again.',
    WRONG_CODE: 'The code is wrong or has expired. Ask for a new code.',
  } as Readonly<Record<string, string>>,
};
