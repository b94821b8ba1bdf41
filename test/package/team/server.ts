import { AdminClient, AdminError, type Message, type Room } from '@your-org/parley/server';

const admin = new AdminClient({
  url: 'https://0123456789.execute-api.us-east-1.amazonaws.com',
  credentials: async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }),
});

export async function announce(order: string, text: string): Promise<Message | undefined> {
  try {
    const room: Room = await admin.putRoom(`order-${order}`, { name: order, members: [{ user_id: 'ann' }] });
    return await admin.sendMessage(room.id, { text, bot: { id: 'orders', name: 'Orders' } });
  } catch (error) {
    if (error instanceof AdminError && error.code === 'UNREACHABLE') return undefined;
    throw error;
  }
}
