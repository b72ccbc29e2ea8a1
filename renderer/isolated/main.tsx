// Draws one line: what this page will be. Its own room replaces it.
const root = document.querySelector('#root');
if (root) root.textContent = 'Authorize: this page is not built yet.';
