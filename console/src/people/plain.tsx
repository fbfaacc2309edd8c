// The frame of what is shown before somebody is logged in: the name, one card,
// language and appearance.
import type {ComponentChildren} from 'preact';
import {LanguageSwitch, ThemeSwitch} from '../frame';
import {Brand} from '../ui/brand';

export function Plain({children}: {children: ComponentChildren}) {
	return <main class="plain">
		<Brand href="/console" />
		<div class="plain-card">{children}</div>
		<div class="plain-foot"><LanguageSwitch /><ThemeSwitch /></div>
	</main>;
}
