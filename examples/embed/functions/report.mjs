export const handler = async () => ({ chat: process.env.CHAT_URL });
