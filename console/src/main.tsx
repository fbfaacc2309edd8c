// Starts the console.
import {render} from 'preact';
import {App} from './app';
import './ui/tokens.css';
import './ui/base.css';
import './ui/parts.css';
import './ui/shell.css';
import {applyTheme} from './theme';

applyTheme();
const root = document.getElementById('app');
if (root)
	render(<App />, root);
