// Draws one line: what this page will be. Its own room replaces it.
const root = document.querySelector('#root');
if (root) root.textContent = 'Signer Console: this page is not built yet.';
