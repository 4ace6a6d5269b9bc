"""What numbers of the MS-DRGs stand for: categories of diagnoses, hospital-acquired conditions.

After the MS-DRG Definitions Manual, https://www.cms.gov/medicare/payment/
prospective-payment-systems/acute-inpatient-pps/ms-drg-classifications-and-software.
"""

from __future__ import annotations

MDC_TITLES: dict[str, str] = {
    "PRE": "Pre-MDC: transplants, ECMO, tracheostomy and similar, whatever the diagnosis",
    "01": "Diseases and Disorders of the Nervous System",
    "02": "Diseases and Disorders of the Eye",
    "03": "Diseases and Disorders of the Ear, Nose, Mouth and Throat",
    "04": "Diseases and Disorders of the Respiratory System",
    "05": "Diseases and Disorders of the Circulatory System",
    "06": "Diseases and Disorders of the Digestive System",
    "07": "Diseases and Disorders of the Hepatobiliary System and Pancreas",
    "08": "Diseases and Disorders of the Musculoskeletal System and Connective Tissue",
    "09": "Diseases and Disorders of the Skin, Subcutaneous Tissue and Breast",
    "10": "Endocrine, Nutritional and Metabolic Diseases and Disorders",
    "11": "Diseases and Disorders of the Kidney and Urinary Tract",
    "12": "Diseases and Disorders of the Male Reproductive System",
    "13": "Diseases and Disorders of the Female Reproductive System",
    "14": "Pregnancy, Childbirth and the Puerperium",
    "15": "Newborns and Other Neonates with Conditions Originating in the Perinatal Period",
    "16": "Diseases and Disorders of Blood, Blood Forming Organs and Immunologic Disorders",
    "17": "Myeloproliferative Diseases and Disorders, Poorly Differentiated Neoplasms",
    "18": "Infectious and Parasitic Diseases, Systemic or Unspecified Sites",
    "19": "Mental Diseases and Disorders",
    "20": "Alcohol/Drug Use and Alcohol/Drug Induced Organic Mental Disorders",
    "21": "Injuries, Poisonings and Toxic Effects of Drugs",
    "22": "Burns",
    "23": "Factors Influencing Health Status and Other Contacts with Health Services",
    "24": "Multiple Significant Trauma",
    "25": "Human Immunodeficiency Virus Infections",
}

# What the numbers of hospital-acquired conditions stand for: a diagnosis of one that was not
# present on admission does not raise the severity.
HOSPITAL_ACQUIRED: dict[str, str] = {
    "01": "Foreign object retained after surgery",
    "02": "Air embolism",
    "03": "Blood incompatibility",
    "04": "Pressure ulcer, stage 3 or 4",
    "05": "Falls and trauma",
    "06": "Catheter-associated urinary tract infection",
    "07": "Vascular catheter-associated infection",
    "08": "Surgical site infection: mediastinitis after coronary artery bypass graft",
    "09": "Manifestations of poor glycemic control",
    "10": "Deep vein thrombosis or pulmonary embolism after certain orthopedic procedures",
    "11": "Surgical site infection after bariatric surgery for obesity",
    "12": "Surgical site infection after certain orthopedic procedures",
    "13": "Surgical site infection after implanting a cardiac electronic device",
    "14": "Iatrogenic pneumothorax with venous catheterization",
}
