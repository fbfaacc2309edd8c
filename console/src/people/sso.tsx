// The way to the provider of OpenID Connect.  The service's cookie knows where
// to go afterwards; a label's fragment and an invitation, which no server may
// see, wait in this tab.
import {useI18n} from '../i18n';
import {LinkButton} from '../ui/button';
import {texts as x} from './texts';

const labelKey = 'birthmark.label'; // read by the page that binds
const invitationKey = 'birthmark.invitation';

export function SsoButton({name, invitation}: {name: string; invitation?: string}) {
	const {t} = useI18n();
	const next = invitation ? '/console' : location.pathname + location.search;
	return <LinkButton href={`/sso/start?next=${encodeURIComponent(next)}`} onClick={() => {
		sessionStorage.removeItem(invitationKey);
		if (invitation)
			sessionStorage.setItem(invitationKey, invitation);
		if (location.pathname.startsWith('/b/') && location.hash)
			sessionStorage.setItem(labelKey, JSON.stringify(
				{path: location.pathname, hash: location.hash}));
	}}>{t(x.ssoWith, {name})}</LinkButton>;
}

// The invitation that was begun with, once.
export function takeInvitation(): string | undefined {
	const token = sessionStorage.getItem(invitationKey) ?? undefined;
	sessionStorage.removeItem(invitationKey);
	return token;
}
