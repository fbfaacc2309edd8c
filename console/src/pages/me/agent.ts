// What a User-Agent says in words: browser and system, as far as it is known.
// Order matters: many name others as well.
const browsers: readonly (readonly [RegExp, string])[] = [
	[/\bEdgA?(iOS)?\//, 'Edge'], [/\bOPR\//, 'Opera'], [/\bSamsungBrowser\//, 'Samsung Internet'],
	[/\b(Firefox|FxiOS)\//, 'Firefox'], [/\b(Headless)?(Chrome|CriOS|Chromium)\//, 'Chrome'],
	[/\bVersion\/.*Safari\//, 'Safari'], [/^birthmark/i, 'birthmark'], [/^curl\//, 'curl']];
const systems: readonly (readonly [RegExp, string])[] = [
	[/\bAndroid\b/, 'Android'], [/\b(iPhone|iPad|iPod)\b/, 'iOS'], [/\bCrOS\b/, 'ChromeOS'],
	[/\bWindows\b/, 'Windows'], [/\bMac OS X\b/, 'macOS'], [/\bLinux\b/, 'Linux']];

const first = (list: typeof browsers, text: string): string | undefined =>
	list.find(([pattern]) => pattern.test(text))?.[1];

export function agentOf(text: string): {browser: string | undefined; system: string | undefined} {
	return {browser: first(browsers, text), system: first(systems, text)};
}
