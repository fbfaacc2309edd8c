// Reads the code on a device and looks for it among the account's devices.
import {useState} from 'preact/hooks';
import {Intake} from '../../floor/intake';
import {parseLabel} from '../../floor/label';
import {useI18n} from '../../i18n';
import {useMe} from '../../session';
import {PageHead} from '../../ui/bits';
import {Brand} from '../../ui/brand';
import {Form, TextField} from '../../ui/form';
import {texts as x} from './texts';
import '../../floor/style.css';

const textMax = 512;

// A claim code must not get into an address.
function wordsOf(text: string): string {
	const p = parseLabel(text);
	return p.ok ? p.label.bid : text.trim().slice(0, textMax);
}

export function FindDevice({account}: {account: string | null}) {
	const {t} = useI18n();
	const me = useMe();
	const place = account ?? me.memberships.find((m) => m.scope === 'account')?.id ?? '';
	const [text, setText] = useState('');
	const list = `/console/a/${encodeURIComponent(place)}/devices`;
	const go = (found: string) => location.assign(`${list}?q=${encodeURIComponent(wordsOf(found))}`);
	return <div class="floor">
		<header class="floor-head"><Brand href={`/console/a/${encodeURIComponent(place)}`} /></header>
		<main class="floor-main">
			<PageHead title={t(x.device)} sub={t(x.deviceText)} back={{href: list, label: t(x.back)}} />
			<Intake on many={false} counts={() => true} name={wordsOf} notIt="" onText={go}
				typing={<Form action={{busy: false, problem: undefined}} submit={t(x.search)}
					onSubmit={() => go(text)}>
					<TextField label={t(x.search)} value={text} onValue={setText} maxlength={textMax}
						autocomplete="off" spellcheck={false} />
				</Form>} />
		</main>
	</div>;
}
