/** What a verification finds in a bundle (证据包). */
import type { Messages } from './in-chinese.ts'

export const EVIDENCE_MESSAGES: Messages = {
  'The ZIP file cannot be read': '文件包无法读取',
  'The format has no such file': '格式中没有这种文件',
  'The file is larger than the limit': '文件超过大小限制',
  'There are more such files than the limit': '此类文件过多',
  'The manifest does not list this file': '清单中没有该文件',
  'The manifest lists this file, but the bundle does not hold it': '清单列出的文件不在包内',
  'The file is not the one that the manifest lists': '文件内容与清单中的摘要不符',
  'The name of the file does not fit its content': '文件名与内容不符',
  'No packet refers to this file': '没有数据包引用该文件',
  'The same content stands twice': '同一内容出现两次',
  'There is no manifest': '缺少清单',
  'The manifest does not have the required form': '清单格式错误',
  'The case number of the manifest is not that of the submit': '清单中的办件编号与申请不符',
  'The manifest calls this file purged, but it is there, or no packet commits to it':
    '清单称已清除的文件仍在包内，或与任何数据包无关',
  'The manifest calls this packet unreceipted, but its receipt is there, or there is no such packet':
    '清单称尚无回执，但回执在包内',
  'The certificate of this city is missing': '缺少该城市的证书',
  'The certificate belongs to no city of this case': '证书不属于本办件的任何一方',
  'The fingerprint of the certificate is none of those given': '证书指纹与给定的指纹不符',
  'No fingerprint was given for this city': '未给出该市证书的指纹',
  'No fingerprint was given: compare this one with what the city publishes': '未给出证书指纹：请与该市公布的指纹比对',
  'The bundle holds no packet': '包内没有数据包',
  'The packet belongs to another thread': '数据包属于其他业务线程',
  'The name of the file does not fit the place of the packet': '数据包的文件名与其次序不符',
  'The thread cannot be told from these packets': '线程无法还原',
  'The body of the packet is missing': '缺少数据包的正文',
  'The body was purged; its commitment stands': '正文已清除，仅余其摘要',
  'A day that the step names cannot be meant': '所填日期明显有误',
  'The material is missing': '缺少材料',
  'The material was purged; its commitment stands': '材料已清除，仅余其摘要',
  'The size of the material is not what the packet says': '材料大小与数据包所述不符',
  'The receipt covers no packet of this thread that was sent to its city': '回执与本线程的数据包无关',
  'The other city refused this packet': '对方城市拒收了该数据包',
  'The receipt is dated before the packet': '回执时间早于数据包签发时间',
  'A receipt of the other city is missing': '缺少对方城市的回执',
  'The other city had given no receipt when this was exported': '导出时对方城市尚未出具回执',
  'The agreement that the case began under is missing': '缺少办件所依据的协议',
  'The case does not refer to this agreement': '办件未引用该协议',
  'A party has not signed the agreement': '协议缺少一方的签名',
  'The submit was purged, so whether the agreement covers its item stays open':
    '申请正文已清除，无法核对协议是否包含该事项',
  'The timeline page differs from what the signed files say, or another version wrote it; rely on this result':
    '时间线网页与签名文件所述不同或出自其他版本，请以核验结果为准',
  'The list of deadlines is not what packets, agreement and holiday tables give; rely on this result':
    '时限清单与按数据包、协议和节假日表重算的结果不同，请以核验结果为准',
  "The holiday table is not this program's own of that year: compare it with the State Council's notice before you rely on a deadline":
    '节假日表与本程序所持同年全国节假日表不同：据此计算的期限须核对国务院办公厅通知',
  'The holiday table counts in no city of this case, or its name does not fit it':
    '节假日表与本办件的城市无关，或文件名与内容不符',
  'Further findings are left out': '其余问题未列出',
}
