// The login, at whatever address it was needed.
import {useState} from 'preact/hooks';
import {api, setCsrf, take} from '../../api/client';
import {LanguageSwitch, ThemeSwitch} from '../../frame';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {useSession} from '../../session';
import {PageHead} from '../../ui/bits';
import {Brand} from '../../ui/brand';
import {Form, TextField} from '../../ui/form';
import {common} from '../../ui/texts';
import {texts as x} from './texts';

export function Login() {
	const {t} = useI18n();
	const {reload} = useSession();
	const [email, setEmail] = useState('');
	const [password, setPassword] = useState('');
	const login = useAction(async () => {
		const s = await take(api.POST('/api/v1/sessions',
			{body: {email, password, cookie: true}}));
		setCsrf(s.csrf ?? null);
		await reload();
	});
	return <main class="plain">
		<Brand href="/console" />
		<div class="plain-card">
			<PageHead title={t(x.title)} />
			<Form action={login} submit={t(x.title)} onSubmit={() => void login.run()}>
				<TextField label={t(common.email)} type="email" autocomplete="username"
					value={email} onValue={setEmail} />
				<TextField label={t(common.password)} type="password"
					autocomplete="current-password" value={password} onValue={setPassword} />
			</Form>
		</div>
		<div class="plain-foot"><LanguageSwitch /><ThemeSwitch /></div>
	</main>;
}
