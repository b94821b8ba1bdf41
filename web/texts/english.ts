import { formatNumber, isolate, joinList, plural, pluralForm } from './intl.ts';

/**
 * The English texts that the page shows soon after it opens. Texts of dialogs and menus are in english-later.ts, those
 * of the sign-in page in english-sign-in.ts. A text with a value is a function. Pass counts to `plural`, and names and
 * other texts of users to `isolate`.
 */
export const english = {
  common: {
    language: 'Language',
    close: 'Close',
    cancel: 'Cancel',
    you: 'You',
    file: 'File',
    messageDeleted: 'This message was deleted',
    loading: 'Loading…',
    loadMore: 'Load more',
    tryAgain: 'Try again',
    partFailed: "Couldn't load this part of the page. Check your internet connection.",
  },
  dates: {
    today: 'Today',
    yesterday: 'Yesterday',
    lastSeenAt: (time: string) => `Last seen at ${time}`,
    lastSeenYesterday: 'Last seen yesterday',
    lastSeenOn: (day: string) => `Last seen on ${day}`,
  },
  names: {
    guest: 'Guest',
    guestWithName: (name: string) => `${isolate(name)} (guest)`,
    room: (id: string) => `Room ${isolate(id)}`,
    /** `others` is the number of people who are not in the list. */
    andOthers: (names: readonly string[], others: number) =>
      names.length === 0
        ? plural(others, { one: '# person', other: '# people' })
        : joinList([...names.map(isolate), plural(others, { one: '# other', other: '# others' })]),
  },
  connection: {
    connecting: 'Connecting…',
    catchingUp: 'Loading new messages…',
    offline: "You're offline.",
    signedOut: "You're signed out. Sign in again.",
    waiting: (messages: number) =>
      plural(messages, {
        one: '# message will be sent when you reconnect.',
        other: '# messages will be sent when you reconnect.',
      }),
  },
  rooms: {
    find: 'Find a room or a person',
    shortcuts: 'Keyboard shortcuts',
    draft: 'Draft:',
    product: 'Parley',
    list: 'Rooms',
    chats: 'Chats',
    newRoom: 'New room',
    hiddenRooms: 'Hidden rooms',
    openRoom: 'Open room',
    select: 'Select a room to start chatting.',
    loading: 'Loading rooms…',
    none: 'No rooms yet. Create one to start chatting.',
    loadMore: 'Load more rooms',
    noMessages: 'No messages yet',
    picture: 'Picture',
    file: (name: string) => `File: ${isolate(name)}`,
    preview: (author: string, text: string) => `${isolate(author)}: ${isolate(text)}`,
    pinned: ', pinned to top',
    request: 'Request · ',
    unread: (count: number) => plural(count, { one: '# unread message', other: '# unread messages' }),
    notifications: 'Notifications',
    mentioned: (count: number) => plural(count, { one: '# mention', other: '# mentions' }),
  },
  room: {
    title: 'Room',
    back: 'Back to rooms',
    menu: 'Room menu',
    search: 'Search messages',
    pins: 'Pinned messages',
    memberList: 'Members',
    online: 'Online',
    members: (count: number) => plural(count, { one: '# member', other: '# members' }),
    moreMembers: (count: number) => plural(count, { other: '#+ members' }),
    membersOnline: (members: string, online: number) => `${members}, ${formatNumber(online)} online`,
    profileOf: (name: string) => `Profile of ${isolate(name)}`,
  },
  timeline: {
    messages: 'Messages',
    loadingEarlier: 'Loading earlier messages…',
    start: 'This is the start of the room.',
    hidden: (name: string) => `Messages from ${isolate(name)} are hidden.`,
    newMessages: 'New messages',
    toLatest: 'Jump to latest',
    newBelow: (count: number) => plural(count, { one: '# new message', other: '# new messages' }),
    loading: 'Loading messages…',
    notAvailable: 'Message not available',
    gone: "Can't show this message. It may have been deleted.",
    tooFar: "Can't show this message. It's too far back.",
    earlierMessage: 'Earlier message',
    /** Describes a message for screen readers. */
    row: (author: string, time: string, isEdited: boolean, text: string) =>
      `${isolate(author)}, ${time}${isEdited ? ', edited' : ''}: ${isolate(text)}`,
    systemRow: (time: string, text: string) => `${time}: ${isolate(text)}`,
    cut: 'shortened',
    edited: 'edited',
    saving: 'saving…',
    receipts: { pending: 'Waiting to be sent', send: 'Sent', delivered: 'Delivered', read: 'Read' },
    copyCode: 'Copy code',
    codeCopied: 'Code copied',
    codeNotCopied: "Couldn't copy the code. It's selected, so you can copy it with the keyboard.",
    react: 'React',
    chooseReaction: 'Choose a reaction',
    reactions: (emoji: string, count: number, names: string) =>
      `${emoji} ${plural(count, { one: '# reaction', other: '# reactions' })}, by ${names}`,
    /** The user in a list of names. */
    you: 'you',
  },
  composer: {
    message: 'Message',
    editMessage: 'Edit message',
    placeholder: 'Write a message',
    send: 'Send',
    save: 'Save',
    typing: (names: string, count: number) =>
      pluralForm(count, { one: `${names} is typing…`, other: `${names} are typing…` }),
    slowMode: 'Slow mode is on.',
    sendAgainIn: (time: string) => `You can send again in ${time}.`,
    tooFast: "You're sending too fast.",
    sentIn: (time: string) => `Your messages will be sent in ${time}.`,
    attach: 'Attach files',
    emoji: 'Emoji',
    file: 'File to send',
    download: (file: string) => `Download ${isolate(file)}`,
    show: 'Show',
    pictureLoading: (file: string) => `${isolate(file)}, loading`,
  },
  drafts: {
    notAttached: "Couldn't attach the file. Check your internet connection and try again.",
    textIsBack: 'Your text is back in the message box.',
    editTargetDeleted: 'The message you were editing was deleted.',
    editedMessageDeleted: "Couldn't save your edit: the message was deleted.",
    editFailed: (reason: string) => `Couldn't save your edit: ${isolate(reason)}`,
  },
  session: {
    signingIn: 'Signing in…',
    signedInAs: (name: string) => `Signed in as ${isolate(name)}`,
    switchAccount: 'Switch account',
    otherAccount: 'Sign in with another account in this tab. Your other tabs stay signed in.',
    signOut: 'Sign out',
    signedOutElsewhere: 'You signed out in another tab.',
    otherUser: 'Another user has signed in on the site that this chat belongs to. Sign in again.',
  },
  /** By the error's code. Other errors show their own message. */
  errors: {
    UNREACHABLE: "Couldn't connect. Check your internet connection and try again.",
    UNAUTHENTICATED: 'Your session has ended. Sign in again.',
    TOKEN_EXPIRED: 'Your session has ended. Sign in again.',
    SESSION_ENDED: 'Your session has ended. Sign in again.',
    INTERNAL: 'Something went wrong. Try again.',
  } as Readonly<Record<string, string>>,
};
