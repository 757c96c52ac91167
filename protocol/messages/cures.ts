/** What to do about reminders and about what the doctor finds (处理办法); that of problems stands with their codes. */
import type { Messages } from './in-chinese.ts'

export const CURE_MESSAGES: Messages = {
  'Ask the carrier to search, tell the applicant, agree with the other city how it goes on':
    '请寄递企业查找，告知申请人，并与对方城市商定如何继续',
  'Look at the address with the recipient and order anew': '与收件人核对地址后重新下单',
  'Read the problem at the parcel; correct it and tongban case parcel retry, or settle and order anew':
    '查看该邮件的问题；更正后执行 tongban case parcel retry，或了结后重新下单',
  'Look whether the gateway at mail.url runs and takes mail.token; the node goes on asking':
    '检查 mail.url 的接口是否运行、是否接受 mail.token；节点会继续查询',
  'Ask the carrier where it is, or whether it was collected at all': '向寄递企业查询邮件所在，或是否已揽收',
  'Read the problem at the parcel and ask the carrier; what is true can be signed with tongban case step mail':
    '查看该邮件的问题并询问寄递企业；属实的可用 tongban case step mail 签发',
  'all of them: tongban case queue parcels': '全部见 tongban case queue parcels',
  'The log says why (case not purged): resume the partner, or see to what is parked; each hour it is tried again':
    '原因见日志“case not purged”：恢复该合作城市，或处理挂起的工作；每小时重试一次',
  'Give them back and sign it: tongban case step originals CASE; all of them: tongban case queue originals':
    '退还原件并登记：tongban case step originals CASE；全部见 tongban case queue originals',
  'Call the applicant, or send it again: tongban case sms list CASE, tongban case sms retry CASE ID':
    '请电话告知，或重新发送：tongban case sms list CASE、tongban case sms retry CASE ID',
  'Publish them again, or take them out of the agreements: tongban agreement amend THREAD':
    '重新发布，或从协议中删除：tongban agreement amend THREAD',
  'Ask the partner, or take them out of the agreements: tongban agreement amend THREAD':
    '询问合作城市，或从协议中删除：tongban agreement amend THREAD',
  'Compare the fingerprint with {city} by phone, then: tongban agreement confirm THREAD {code} --fingerprint HEX; or pair with it':
    '与 {city} 电话核对指纹，然后执行 tongban agreement confirm THREAD {code} --fingerprint HEX；或与其结对',
  'Nothing, if it is to go on; else tongban agreement terminate THREAD --on its last day':
    '继续的无需处理；否则执行 tongban agreement terminate THREAD --on 最后一日',
  'Renew it: tongban agreement renew THREAD; or terminate it, and it is told no more':
    '续签：tongban agreement renew THREAD；或终止，此后不再提醒',
  'See what it touches: tongban agreement impact THREAD --act expire; renew it: tongban agreement renew THREAD':
    '查看影响：tongban agreement impact THREAD --act expire；续签：tongban agreement renew THREAD',
  'Read it (tongban agreement diff THREAD), then sign, counter or decline it':
    '阅读文本（tongban agreement diff THREAD）后签署、另提文本或拒签',
  'Ask the administrator there; a text of your own that is not wanted any more: tongban agreement withdraw THREAD':
    '询问对方管理员；本市提出而不再需要的文本：tongban agreement withdraw THREAD',
  'Read why: tongban agreement show THREAD (failed); who proposed it may propose another text to all':
    '查看原因：tongban agreement show THREAD（failed）；提出方可向各方另提文本',
  'Tell the windows; what else covers its items: tongban agreement list':
    '告知各窗口；其他覆盖这些事项的协议：tongban agreement list',
  'Withdraw or decline it, and propose it again with a later day': '撤回或拒签，并以更晚的日期重新提出',
  'tongban agreement impact THREAD, then sign or decline it': '执行 tongban agreement impact THREAD，然后签署或拒签',
  'Run tongban identity renew (of a federation CA: tongban ca request) and pair again in time':
    '执行 tongban identity renew（联盟 CA 签发的：tongban ca request），并及时重新结对',
  'Make room before materials fill it': '在材料占满之前腾出空间',
  'Back up again: tongban backup replaces the keys': '请再次备份：tongban backup 会替换密钥文件',
  'Its certificate was revoked on {day} by a federation: it gets a new one and pairs again':
    '其证书已于 {day} 被联盟吊销：对方换发证书后重新结对',
  'The certificate of this city was revoked: get a new one (tongban identity renew --new-key, or tongban ca request), let the operator list it, then pair again':
    '本市证书已被吊销：请换发（tongban identity renew --new-key 或 tongban ca request），由运营方列入名录后重新结对',
  'One of you has a new certificate. When it is theirs and they say so: tongban partners suspend {city}, then pair again; when it is yours, they do':
    '其中一方换了证书。对方确认是其更换的：执行 tongban partners suspend {city} 后重新结对；是本市更换的，由对方办理',
  'Ask whether their node runs, and check addresses and firewall on both sides: tongban partners test {city}':
    '询问对方节点是否运行，并检查双方的地址和防火墙：tongban partners test {city}',
  'Have the partner read the words out, and type them: tongban partners confirm {city}':
    '请对方读出核对词并输入：tongban partners confirm {city}',
  'tongban partners resume {city}': '执行 tongban partners resume {city}',
  'It is no active partner of this city: pair with it, confirm or resume it, or take it off p2p.relays; see partners show {city}':
    '该城市不是本市的有效合作城市：与其结对、确认或恢复，或从 p2p.relays 中删去；见 tongban partners show {city}',
  'It must be an active partner that can be reached, with p2p.offerRelay set and a place free; see partners show {city}':
    '须为可连通的有效合作城市，已设置 p2p.offerRelay 且有空余名额；见 tongban partners show {city}',
  'See to them in the approval system; tongban parked names them, and ends what was done by other means':
    '请在审批系统中处理；tongban parked 列出各项，已用其他方式办妥的可以了结',
  'See tongban parked, cure the cause, then tongban parked retry, or end it with a reason':
    '见 tongban parked，处理原因后执行 tongban parked retry，或注明理由予以了结',
  'Stop the node and run tongban identity renew (of a federation CA: tongban ca request, then ca install), start it, and tell the partners: they suspend, pair again and confirm':
    '停止节点并执行 tongban identity renew（联盟 CA 签发的：tongban ca request，然后 tongban ca install），启动后告知各合作城市：由其暂停、重新结对并确认',
  'Ask the partner for its new certificate in time; when it has one: suspend, pair again, confirm':
    '及时请对方换发证书；换发后：暂停、重新结对、确认',
  'Run tongban doctor: the city key must open, and the city certificate must be valid':
    '执行 tongban doctor：城市密钥须能打开，城市证书须在有效期内',
  'The node of the partner renews it by itself when it runs and is connected: ask its operator':
    '对方节点运行并连通时会自动更新：请询问其运维',
  'Make room where the data lies: packets and materials of partners wait until then':
    '在数据所在磁盘腾出空间：此前合作城市的数据包和材料须等待',
  'Ask the operator whether it handed its key over; if not: tongban federation distrust {operator}':
    '询问运营方是否已移交密钥；未移交的：tongban federation distrust {operator}',
  'Ask the partner; to end it: tongban partners suspend {city}':
    '询问合作城市；停止往来：tongban partners suspend {city}',
  'Ask the operator of the federation whether its key is in other hands; if so: tongban federation distrust':
    '询问联盟运营方其密钥是否落入他人之手；是的：tongban federation distrust',
  'Ask the operator of the federation for the newest directory: tongban federation import FILE':
    '向联盟运营方索取最新名录：tongban federation import FILE',
  'Make or get a new certificate, let the operator list it, then pair again': '换发证书，由运营方列入名录后重新结对',
  'Ask the operator of the federation why; make or get a new certificate, let the operator list it, then pair again':
    '询问联盟运营方原因；换发证书，由运营方列入名录后重新结对',
  'Make a new invite, and give it to the administrator of that city over another channel':
    '重新生成邀请，通过其他渠道交给该城市管理员',
  'Import the table of the same notice: tongban calendar import FILE (region {region}, year {year})':
    '导入同一通知的节假日表：tongban calendar import FILE（地区 {region}，年度 {year}）',
  'Ask {partner} to import the same table (tongban calendar import FILE); tongban calendar --json shows it':
    '请 {partner} 导入同一节假日表（tongban calendar import FILE）；内容见 tongban calendar --json',
  'Both cities compare it with the notice that it names as its source; who erred imports it anew':
    '双方与来源通知核对，有误的一方重新导入',
  "Import next year's table once its notice is out: tongban calendar import FILE":
    '国务院通知发布后导入下一年度节假日表：tongban calendar import FILE',
  'Import the whole table of the notice, every day of every holiday: tongban calendar import FILE; or take this one back: tongban calendar remove CN {year}':
    '按通知补全每个节日的每一天后重新导入：tongban calendar import FILE；或撤回：tongban calendar remove CN {year}',
  'Compare them with the notice of that region; if they hold: tongban calendar accept {city}':
    '与该地区通知核对，属实则接受：tongban calendar accept {city}',
  'Ask {partner} to update its node and to import the table anew': '请 {partner} 更新节点并重新导入',
  'Give the roles to different people (tongban person grant), and set rights.separateAdministrators back to true':
    '授予不同人员（tongban person grant），并将 rights.separateAdministrators 改回 true',
  'Give the roles to different people: tongban person grant': '授予不同人员：tongban person grant',
  'It is tried again when it is due next. Cure what the code says; the log has the cause under "upkeep failed"':
    '到期自动重试。请按问题码处理，日志 “upkeep failed” 中有原因',
  'The partner uploads them again; then ask again: tongban parked retry --material SHA256':
    '由对方重新上传，然后再次获取：tongban parked retry --material SHA256',
  'Make room and raise quotas.{what}GB, or ask the partner why it sends so much: what waits is then {state} by itself':
    '腾出空间并调高 quotas.{what}GB，或询问对方为何发送如此之多：等待的内容随后自动{state}',
  'End the other program, or change {setting}': '停止该程序，或更改 {setting}',
  'Restart the node and look at its log ({setting})': '重新启动节点并查看日志（{setting}）',
  'Start the node: tongban start': '启动节点：tongban start',
  'End it, or change http.port': '将其停止，或更改 http.port',
  'End it, or change http.port; then start this node: tongban start':
    '将其停止，或更改 http.port；然后启动本节点：tongban start',
  'Wait until it has stopped, and start it': '待其停止后再启动',
  'The store cannot be written: look at the disk and at the log, and restart the node':
    '数据库无法写入：检查磁盘和日志，并重新启动节点',
  'Make room where the data lies, or lower quotas.freeMB': '在数据所在磁盘腾出空间，或调低 quotas.freeMB',
}
