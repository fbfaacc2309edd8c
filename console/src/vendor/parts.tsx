// Pieces of the vendor's pages: the state of an upload, a place for files.
import {useRef, useState} from 'preact/hooks';
import type {Schemas} from '../api/client';
import {useI18n} from '../i18n';
import {Badge, Time, type Tone} from '../ui/bits';
import {Button} from '../ui/button';
import type {Column} from '../ui/table';
import {texts as x} from './texts';

type Upload = Schemas['Upload'];

const tones: Record<Upload['state'], Tone> = {receiving: 'warn', queued: 'busy', verifying: 'busy',
	published: 'good', rejected: 'bad', cancelled: 'quiet'};

export function UploadState({state}: {state: Upload['state']}) {
	const {t} = useI18n();
	return <Badge tone={tones[state]}>{t(x[state])}</Badge>;
}

export function useUploadColumns(vendor: string): Column<Upload>[] {
	const {t, num, bytes} = useI18n();
	return [
		{key: 'reel', title: t(x.reel), main: true, cell: (u) =>
			<a href={`/console/v/${vendor}/uploads/${u.id}`}>{u.reel}</a>},
		{key: 'batch', title: t(x.batch), cell: (u) => u.batch},
		{key: 'state', title: t(x.state), cell: (u) => <UploadState state={u.state} />},
		{key: 'devices', title: t(x.devices), align: 'end', cell: (u) =>
			u.state === 'published' ? num(u.devices) : '–'},
		{key: 'size', title: t(x.size), align: 'end', cell: (u) => bytes(u.size)},
		{key: 'started', title: t(x.started), cell: (u) => <Time at={u.created_at} />},
	];
}

// Files dropped or chosen; every one may be chosen by keyboard too.
export function FileDrop({label, hint, multiple, accept, onFiles}: {label: string; hint?: string;
		multiple?: boolean; accept?: string; onFiles: (files: File[]) => void}) {
	const {t} = useI18n();
	const input = useRef<HTMLInputElement>(null);
	const [over, setOver] = useState(false);
	const give = (list: FileList | null | undefined) => {
		if (list && list.length > 0)
			onFiles([...list]);
	};
	return <div class={over ? 'drop drop-over' : 'drop'}
		onDragOver={(e) => {
			e.preventDefault();
			setOver(true);
		}}
		onDragLeave={() => setOver(false)}
		onDrop={(e) => {
			e.preventDefault();
			setOver(false);
			give(e.dataTransfer?.files);
		}}>
		<p class="drop-label">{label}</p>
		{hint && <p class="field-hint">{hint}</p>}
		<Button onClick={() => input.current?.click()}>{t(x.choose)}</Button>
		<input ref={input} type="file" class="visually-hidden" tabIndex={-1} aria-label={label}
			multiple={multiple ?? false} {...accept ? {accept} : {}} onChange={(e) => {
				give(e.currentTarget.files);
				e.currentTarget.value = '';
			}} />
	</div>;
}
