// A label that is typed, or read by a scanner that types: told while typing
// what cannot be right.
import {useRef, useState} from 'preact/hooks';
import {useI18n, type Text} from '../i18n';
import {Button} from '../ui/button';
import {TextField} from '../ui/form';
import {checkCode, codeChars, groupCode, groups, isBid, isCode, parseLabel, type CodeCheck,
	type Label} from './label';
import {floorTexts as x} from './texts';

const faults: Record<NonNullable<CodeCheck['fault']>, Text> = {symbol: x.codeSymbol,
	long: x.codeLong, last: x.codeLast, check: x.codeCheck};

export function CodeField({value, onValue, optional}: {
		value: string; onValue: (v: string) => void; optional?: boolean}) {
	const {t} = useI18n();
	const check = checkCode(value);
	const fault = check.fault && t(check.fault === 'check' && check.group ?
		x.codeCheckGroup : faults[check.fault],
	{group: check.group ?? groups, symbol: check.symbol ?? ''});
	const so = check.state === 'right' ? t(x.codeRight) :
		check.state === 'unchecked' ? t(x.codeUnchecked) :
			check.state === 'partial' ? t(x.codePartial, {n: codeChars + 1 - check.text.length}) : t(x.codeHint);
	return <div class={`code-field code-${check.state}`}>
		<TextField label={t(x.code)} hint={so} fault={fault} value={value} optional={optional ?? false}
			onValue={(v) => onValue(v.length > value.length ? groupCode(v) : v)}
			autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck={false}
			inputMode="text" maxlength={64} />
	</div>;
}

// onLabel: whether it was taken; then the fields are empty for the next.
export function TypedLabel({submit, onLabel}: {submit: string; onLabel: (label: Label) => boolean}) {
	const {t} = useI18n();
	const [text, setText] = useState('');
	const [code, setCode] = useState('');
	const [told, tell] = useState(false);
	const form = useRef<HTMLFormElement>(null);
	const parsed = parseLabel(text);
	const check = checkCode(code);
	const whole = parsed.ok && parsed.label.code !== null;
	const fault = !told && isBid(text.trim()) || parsed.ok ? undefined :
		parsed.fault === 'code' ? t(faults[parsed.code?.fault ?? 'check'],
			{group: parsed.code?.group ?? groups, symbol: parsed.code?.symbol ?? ''}) :
			told && t(parsed.fault === 'address' ? x.notLabel : x.badBid);
	const send = () => {
		tell(true);
		if (!parsed.ok || (!whole && check.state !== 'empty' && !isCode(check)))
			return;
		const label = whole || check.state === 'empty' ? parsed.label :
			{bid: parsed.label.bid, code: check.text.slice(0, codeChars)};
		if (!onLabel(label))
			return;
		setText('');
		setCode('');
		tell(false);
		form.current?.querySelector('input')?.focus();
	};
	return <form class="form" ref={form} noValidate onSubmit={(e) => {
		e.preventDefault();
		send();
	}}>
		<TextField label={t(x.typedLabel)} hint={t(x.typedLabelHint)} value={text} fault={fault || undefined}
			onValue={setText} autocomplete="off" autocapitalize="off" autocorrect="off"
			spellcheck={false} maxlength={512} />
		{!whole && <CodeField value={code} onValue={setCode} optional />}
		<Button type="submit" kind="primary" size="big">{submit}</Button>
	</form>;
}
