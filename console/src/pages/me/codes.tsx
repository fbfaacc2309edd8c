// Recovery codes, shown once: to copy, to download, to print.
import {useI18n} from '../../i18n';
import {saveFile} from '../../save-file';
import {useMe} from '../../session';
import {Copy} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Notice} from '../../ui/state';
import {common} from '../../ui/texts';
import {texts as x} from './texts';
import './style.css';

export function Codes({codes, onClose}: {codes: readonly string[]; onClose: () => void}) {
	const {t} = useI18n();
	const {user} = useMe();
	const head = t(x.codesFile, {email: user.email, host: location.host});
	const text = `${head}\n\n${codes.join('\n')}\n`;
	return <div class="stack codes">
		<p>{t(x.codesText)}</p>
		<p class="codes-head">{head}</p>
		<ol class="codes-list">{codes.map((c) => <li key={c}><code>{c}</code></li>)}</ol>
		<div class="row codes-tools">
			<Copy text={text} label={t(x.codesCopy)} />
			<Button size="small" onClick={() => saveFile('birthmark-recovery-codes.txt',
				new Blob([text], {type: 'text/plain'}))}>
				{t(x.codesDownload)}</Button>
			<Button size="small" onClick={() => print()}>{t(x.codesPrint)}</Button>
		</div>
		<Notice kind="warn">{t(common.onceShown)}</Notice>
		<div class="form-actions"><Button kind="primary" onClick={onClose}>{t(x.codesKept)}</Button></div>
	</div>;
}
