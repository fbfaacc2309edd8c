// Makes a one-time link with which somebody sets a new password, and shows it
// once.  How the service is asked is the page's.
import {useState} from 'preact/hooks';
import type {once, Schemas} from '../api/client';
import {useAction, useOnce} from '../hooks';
import {useI18n} from '../i18n';
import {Dialog} from '../ui/dialog';
import {Check, Form} from '../ui/form';
import {useSaid} from './faults';
import {linkOf} from './link';
import {Once} from './once';
import {texts as x} from './texts';

export function ResetDialog({email, reset, onClose}: {
		email: string; onClose: () => void;
		reset: (removeFactors: boolean, header: ReturnType<typeof once>) => Promise<Schemas['NewReset']>}) {
	const {t, dateTime} = useI18n();
	const said = useSaid();
	const [factors, setFactors] = useState(false);
	const [made, setMade] = useState<Schemas['NewReset']>();
	const keyOf = useOnce();
	const make = useAction(async () => setMade(await reset(factors, keyOf(factors))));
	if (made)
		return <Dialog title={t(x.resetMade)} onClose={onClose}>
			<Once label={t(x.resetLink)} secret={linkOf('reset', made.token)} onClose={onClose}
				note={t(x.resetNote, {email, time: dateTime(made.expires_at)})} />
		</Dialog>;
	return <Dialog title={t(x.resetOf, {email})} onClose={onClose}>
		<Form action={{busy: make.busy, problem: said(make.problem)}} submit={t(x.makeLink)}
			onSubmit={() => void make.run()}>
			<p>{t(x.resetText)}</p>
			<Check label={t(x.removeFactors)} hint={t(x.removeFactorsHint)} checked={factors}
				onChecked={setFactors} />
		</Form>
	</Dialog>;
}
