import { render } from 'preact';

const page = document.querySelector('#page');
if (page !== null) render(<h1>Parley</h1>, page);
