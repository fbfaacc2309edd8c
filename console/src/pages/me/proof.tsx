// Asks for the password before something that needs more than a session.
import {useState} from 'preact/hooks';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {useSaid} from '../../people/faults';
import {PasswordField} from '../../people/password';
import {Form} from '../../ui/form';
import {useMe} from '../../session';
import {texts as x} from './texts';

export function Proof({text, submit, danger, run}: {
		text?: string; submit?: string; danger?: boolean;
		run: (password: string) => Promise<void>}) {
	const {t} = useI18n();
	const said = useSaid();
	const me = useMe();
	const [password, setPassword] = useState('');
	const action = useAction(() => run(password));
	return <Form action={{busy: action.busy, problem: said(action.problem)}} danger={danger ?? false}
		submit={submit ?? t(x.goOn)} onSubmit={() => void action.run()}>
		<p>{text ?? t(x.proofText)}</p>
		<input class="visually-hidden" type="text" autocomplete="username" value={me.user.email}
			readOnly tabIndex={-1} aria-hidden="true" />
		<PasswordField value={password} onValue={setPassword} />
	</Form>;
}
