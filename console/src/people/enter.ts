// Makes the session of a browser: by password and code, or by passkey.
import {api, setCsrf, take} from '../api/client';
import {useSession} from '../session';
import {usePasskeyOf} from './webauthn';

export interface Proof {
	email: string;
	password: string;
}

export interface Enter {
	byPassword(proof: Proof, code?: string): Promise<void>;
	byPasskey(signal: AbortSignal, autofill: boolean): Promise<void>;
}

export function useEnter(): Enter {
	const {reload} = useSession();
	return {
		async byPassword(proof, code) {
			const s = await take(api.POST('/api/v1/sessions',
				{body: {...proof, ...code ? {code} : {}, cookie: true}}));
			setCsrf(s.csrf ?? null);
			await reload();
		},
		async byPasskey(signal, autofill) {
			const options = await take(api.POST('/api/v1/sessions/passkey/options', {signal}));
			const credential = await usePasskeyOf(options, signal, autofill);
			const s = await take(api.POST('/api/v1/sessions/passkey',
				{body: {credential, cookie: true}}));
			setCsrf(s.csrf ?? null);
			await reload();
		},
	};
}
