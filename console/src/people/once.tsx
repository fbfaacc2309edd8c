// Something that is shown once: a link or a token, to be copied now.
import {useEffect, useRef} from 'preact/hooks';
import {useI18n} from '../i18n';
import {Copy} from '../ui/bits';
import {Button} from '../ui/button';
import {Notice} from '../ui/state';
import {common} from '../ui/texts';
import {texts as x} from './texts';
import './style.css';

export function Once({label, secret, note, onClose}: {
		label: string; secret: string; note: string; onClose: () => void}) {
	const {t} = useI18n();
	const ref = useRef<HTMLInputElement>(null);
	useEffect(() => ref.current?.select(), []);
	return <>
		<p>{note}</p>
		<div class="once">
			<input ref={ref} class="input mono" readOnly value={secret} aria-label={label}
				onFocus={(e) => e.currentTarget.select()} />
			<Copy text={secret} />
		</div>
		<Notice kind="warn">{t(common.onceShown)}</Notice>
		<div class="form-actions"><Button kind="primary" onClick={onClose}>{t(x.kept)}</Button></div>
	</>;
}
