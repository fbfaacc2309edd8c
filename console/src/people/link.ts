// The secret in the address of a one-time link: read once, and gone from the
// address bar and the history at once.
import {useEffect, useState} from 'preact/hooks';

function takeHash(): string {
	const token = decodeURIComponent(location.hash.slice(1));
	if (token)
		history.replaceState(null, '', location.pathname + location.search);
	return token;
}

export function useLinkToken(): string {
	const [token, set] = useState(takeHash);
	useEffect(() => {
		// Another link pasted into the same tab does not load the page anew.
		const look = () => {
			const next = takeHash();
			if (next)
				set(next);
		};
		addEventListener('hashchange', look);
		return () => removeEventListener('hashchange', look);
	}, []);
	return token;
}

export const linkOf = (page: 'invite' | 'reset', token: string): string =>
	`${location.origin}/console/${page}#${token}`;
