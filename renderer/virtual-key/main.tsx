// Draws one line: what this page will be. Its own room replaces it.
const root = document.querySelector('#root');
if (root) root.textContent = 'Virtual security key: this page is not built yet.';
