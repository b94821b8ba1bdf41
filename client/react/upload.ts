import { useCallback, useRef, useState } from 'react';
import type { ChatClientError, Id, UploadedFile } from '../index.ts';
import { keepRoomOpen } from './open-room.ts';
import { useChatClient } from './provider.ts';

/** The state of an upload. */
export interface UploadState {
  /** From 0 to 1 during an upload. */
  readonly progress?: number;
  /** Why the last upload failed. */
  readonly error?: ChatClientError;
}

/**
 * Uploads files to a room, one at a time. `upload` resolves to what `room.send` needs to name the file, or to undefined
 * if the upload failed or was canceled.
 */
export function useUpload(id: Id): UploadState & {
  /** Uploads a file. */
  readonly upload: (file: Blob) => Promise<UploadedFile | undefined>;
  /** Cancels the current upload. */
  readonly cancel: () => void;
} {
  const client = useChatClient();
  const [state, setState] = useState<UploadState>({});
  const current = useRef<AbortController>(undefined);
  const cancel = useCallback(() => {
    current.current?.abort();
    setState({});
  }, []);
  const upload = useCallback(
    (file: Blob) => {
      cancel();
      const controller = new AbortController();
      const { signal } = controller;
      current.current = controller;
      const finish = (next: UploadState, uploaded?: UploadedFile) => {
        if (!signal.aborted) setState(next);
        return uploaded;
      };
      const onProgress = (sent: number, total: number) => void finish({ progress: sent / total });
      onProgress(0, 1);
      const room = client.room(id);
      return room
        .upload(file, { signal, onProgress })
        .then(
          (uploaded) => finish({}, uploaded),
          (error) => finish({ error }),
        )
        .finally(keepRoomOpen(room));
    },
    [client, id, cancel],
  );
  return { ...state, upload, cancel };
}
