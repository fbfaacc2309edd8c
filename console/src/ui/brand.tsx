// The mark and the name.
export function Brand({href}: {href: string}) {
	return <a class="brand" href={href}>
		<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#123a38" /><path d="M11 8.5c4-2.6 9.8-1.2 11.9 2.9 1.6 3.1.5 5.6 0 8-.6 3.3-3.4 5.1-7 4.8-2.8-.2-4.2-1.5-6-3.2-2.6-2.5-2.2-4.9-1.7-7.2.4-2.2 1.1-4.2 2.8-5.3Z" fill="#e38a5e" /><circle cx="18.6" cy="14" r="2.2" fill="#123a38" /></svg>
		Birthmark
	</a>;
}
