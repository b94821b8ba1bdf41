import '@your-org/parley/elements';
import { renderToString } from 'react-dom/server';
import { App } from './react.tsx';

console.log(renderToString(<App url="https://chat.example.com" />));
