// How the gate of an own cloud is set up.
import type {Schemas} from '../../api/client';
import {useI18n} from '../../i18n';
import {Card, Copy, Time} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {Notice} from '../../ui/state';
import {texts as x} from '../clouds/texts';

export function GateSetup({account, cloud}: {account: string; cloud: Schemas['Cloud']}) {
	const {t} = useI18n();
	const conf = [
		`service    = ${location.origin}`,
		`account    = ${account}`,
		`cloud      = ${cloud.id}`,
		'token_file = /etc/birthmark/gate-token',
		'dir        = /var/lib/birthmark-gate',
		'listen     = 127.0.0.1:8446', ''].join('\n');
	return <Card title={t(x.gateSetup)}>
		{cloud.feed_seen_at ? <Notice kind="good">{t(x.feedSeen)}: <Time at={cloud.feed_seen_at} /></Notice> :
			<Notice kind="warn">{t(x.feedSilent)}</Notice>}
		<p>1. {t(x.gateStep1)}</p>
		<p><LinkButton size="small" href={`/console/a/${account}/tokens`}>{t(x.toTokens)}</LinkButton></p>
		<p>2. {t(x.gateStep2)}</p>
		<pre class="code" tabIndex={0}>{conf}</pre>
		<p><Copy text={conf} /></p>
		<p>3. {t(x.gateStep3)}</p>
		<pre class="code" tabIndex={0}>birthmark gate --config /etc/birthmark/gate.conf</pre>
	</Card>;
}
