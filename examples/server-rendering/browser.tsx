import { hydrateRoot } from 'react-dom/client';
import { App } from './app.tsx';

const root = document.querySelector<HTMLElement>('#app');
if (root) hydrateRoot(root, <App url={root.dataset.chatUrl ?? ''} />);
