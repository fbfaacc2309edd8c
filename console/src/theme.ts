// Dark or light: as the system says, unless the reader chose.
const key = 'birthmark.theme';
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export function theme(): Theme {
	try {
		const t = localStorage.getItem(key);
		return themes.find((x) => x === t) ?? 'system';
	} catch {
		return 'system';
	}
}

export function applyTheme(t: Theme = theme()): void {
	document.documentElement.dataset['theme'] = t;
}

export function setTheme(t: Theme): void {
	try {
		localStorage.setItem(key, t);
	} catch {
		// Private windows forget it.
	}
	applyTheme(t);
}
