import './elements.ts';
import { createRoot } from 'react-dom/client';
import { App } from './react.tsx';

const element = document.querySelector('#app');
if (element) createRoot(element).render(<App url="https://chat.example.com" />);
