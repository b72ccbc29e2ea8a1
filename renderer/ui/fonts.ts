// The two faces, bundled with the app: Inter for words, JetBrains Mono for digests, keys and JSON.
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
